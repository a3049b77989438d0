"""Who supplies prizes and witnesses draws."""
