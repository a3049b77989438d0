"""Activities: files, figures, imports, de-duplication, plausibility."""
