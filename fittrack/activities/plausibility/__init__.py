"""What no body, wheel or clock does: which records are held until somebody has looked at them."""
