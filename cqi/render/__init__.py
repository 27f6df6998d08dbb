"""From notebooks to a folder of finished pages."""
