// A file of its own, because our content security policy allows no script inside a page.
import { init } from "/static/redoc/redoc.standalone.js";

init("/api/v1/openapi.json", { disableTelemetry: true }, document.getElementById("redoc"));
