"""The edge: looks at camera frames and publishes events. Read README.md, then the files in its order."""
