"""Fifth stop of a frame: questions asked of the tracks, one file each. ``table.py`` lists them."""
