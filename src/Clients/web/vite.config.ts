import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { emojiPlugin } from "./build/emoji.ts";

const server = "http://localhost:8080";

export default defineConfig({
  plugins: [react(), emojiPlugin()],
  build: {
    target: "es2022",
    // The page is served with `default-src 'self'`: nothing may be inlined as a data: URL or an inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    // The Host header stays the page's own, so that the server's origin check passes.
    proxy: {
      "/api": { target: server },
      "/hubs": { target: server, ws: true },
    },
  },
  test: { include: ["tests/**/*.test.ts"] },
});
