"""What is learned or fitted from corpora, never imported by the rooms that make music."""
