"""What an own dispatch room costs beside the centre, computed from the asker's own numbers. Nothing is kept."""
