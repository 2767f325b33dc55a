// What a person chose for this browser. The first choice holds until another is made.

export interface Preference<Value extends string> {
  /** Its name in the browser's storage; `public/static/theme.js` reads "theme". */
  readonly key: string;
  readonly choices: readonly [Value, ...Value[]];
}

export const THEME: Preference<"system" | "light" | "dark"> = { key: "theme", choices: ["system", "light", "dark"] };
export const SINGLE_KEYS: Preference<"on" | "off"> = { key: "single-keys", choices: ["on", "off"] };
export const PODS_AS: Preference<"cards" | "table"> = { key: "pods-as", choices: ["cards", "table"] };
export const SHELL_SIZE: Preference<"13" | "11" | "12" | "14" | "16" | "18" | "22"> = {
  key: "shell-size",
  choices: ["13", "11", "12", "14", "16", "18", "22"],
};
export const SHELL_READER: Preference<"off" | "on"> = { key: "shell-reader", choices: ["off", "on"] };
export const LOG_TIMES: Preference<"none" | "local" | "utc"> = { key: "log-times", choices: ["none", "local", "utc"] };
export const LOG_WRAP: Preference<"on" | "off"> = { key: "log-wrap", choices: ["on", "off"] };
export const LOG_SINCE: Preference<"1000" | "10000" | "60s" | "300s" | "3600s"> = {
  key: "log-since",
  choices: ["1000", "10000", "60s", "300s", "3600s"],
};

/** The choice that was stored, if it still is one. */
export function chosen<Value extends string>({ choices }: Preference<Value>, stored: string | null): Value {
  return choices.find((choice) => choice === stored) ?? choices[0];
}

/** The choice after this one, round and round. */
export function following<Value extends string>({ choices }: Preference<Value>, value: Value): Value {
  return choices[(choices.indexOf(value) + 1) % choices.length] ?? choices[0];
}
