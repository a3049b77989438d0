"""What nobody else sees of a member's tracks: zones, and the ends of every track."""
