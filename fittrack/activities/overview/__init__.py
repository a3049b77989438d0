"""A member's activities at a glance: summary, calendar, heatmap, the latest one."""
