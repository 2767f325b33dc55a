// What every page can ask of the header around it.
import { createContext, useContext } from "react";

export type Overlay = "palette" | "shortcuts" | "leaving";

export interface Shell {
  readonly open: (overlay: Overlay) => void;
  readonly signOut: () => void;
}

export const ShellContext = createContext<Shell>({ open: () => undefined, signOut: () => undefined });

export function useShell(): Shell {
  return useContext(ShellContext);
}
