// The site's tests with one passage of one module replaced: which of them notice? (tests/controls/site.py)
import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vite.config.ts";

const { file, said, instead } = JSON.parse(process.env.SWITCHED_OFF ?? "{}");

export default mergeConfig(
  base,
  defineConfig({
    plugins: [
      {
        name: "switched-off",
        enforce: "pre",
        transform(code, id) {
          if (!id.endsWith(`/src/${file}`)) return null;
          if (!code.includes(said)) throw new Error(`${file} does not say ${said}`);
          return code.replace(said, () => instead);
        },
      },
    ],
  }),
);
