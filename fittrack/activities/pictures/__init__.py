"""Routes and profiles of activities as SVG, and routes as short lines for lists."""
