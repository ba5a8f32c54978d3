"""Excel both ways: lists out, filled-in sheets in. It knows no app; apps register what they take in."""
