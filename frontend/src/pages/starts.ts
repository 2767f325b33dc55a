// The starting points of the form: `/new?start=…` fills it in.
export const STARTS = [
  { start: "wordpress", title: "WordPress + MySQL", what: "Two members that talk over the pod's own localhost." },
  { start: "nginx-debug", title: "nginx + debug", what: "A web server, and a toolbox that sees its processes." },
  {
    start: "pair",
    title: "An isolated pair",
    what: "Two members that share the network, and nothing of their processes.",
  },
] as const;
