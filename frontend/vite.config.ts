import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// In development the page comes from here and everything else from the service beside it.
const service = process.env.PLAYGROUND_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
  base: "/",
  plugins: [react()],
  // assetsInlineLimit: the site's policy allows no data: URLs.
  build: { outDir: "dist", assetsDir: "static", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { "/api": service, "/ws": { target: service, ws: true } } },
  test: { environment: "happy-dom", setupFiles: ["src/testing/setup.ts"], restoreMocks: true },
});
