// The starting points of the form by name, for the places that only lead there: `/new?start=…`.

export const START_NAMES = {
  wordpress: {
    title: "WordPress + MySQL",
    teaches: "Two members reach each other on 127.0.0.1, and /pause is PID 1 for both.",
  },
  "nginx-debug": {
    title: "nginx + debug",
    teaches: "A toolbox beside a web server sees its processes, its sockets and its traffic.",
  },
  pair: {
    title: "An isolated pair",
    teaches: "One network, yet separate processes: the second member curls the first and never sees its PID.",
  },
} as const;

export type StartKey = keyof typeof START_NAMES;

/** In the order in which they are offered. */
export const START_KEYS = ["wordpress", "nginx-debug", "pair"] as const satisfies readonly StartKey[];
