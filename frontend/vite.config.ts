import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { firstLoad } from "./first-load.ts";

// In development the page comes from here and everything else from the service beside it.
const service = process.env.PLAYGROUND_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
  base: "/",
  plugins: [react(), firstLoad()],
  // assetsInlineLimit: the site's policy allows no data: URLs. cssCodeSplit: a style that failed to load once is never
  // asked for again by Vite's loader of late parts, and all of them together are small.
  build: {
    outDir: "dist",
    assetsDir: "static",
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    // All that main.tsx imports at once in one file: cut into twenty for the late parts' sake it compresses 6 % worse.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "first", test: /src\/main\.tsx$/ }] } } },
  },
  server: { proxy: { "/api": service, "/ws": { target: service, ws: true } } },
  // A busy machine draws a page in seconds; what never comes fails all the same.
  test: { environment: "happy-dom", setupFiles: ["src/testing/setup.ts"], restoreMocks: true, testTimeout: 120_000 },
});
