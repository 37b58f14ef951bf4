"""Carries messages out of the house: notifications to people, incidents to other systems."""
