"""What the printed papers of every room stand on: page, fonts, drawing by Typst, handing out."""
