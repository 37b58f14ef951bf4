"""Detector back ends: pictures in, boxes out. They know nothing of cameras or messages: see README.md."""
