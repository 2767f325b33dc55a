// Whether the one who looks may do anything but look: an auditor changes nothing, not even what is their own.
import { useOutletContext } from "react-router";
import type { SessionUser } from "../api/client";
import type { FrameContext } from "./frame";

export function mayChange(user: SessionUser | null): boolean {
  return user?.role !== "auditor";
}

/** Without a frame around it, as in a test of one view, everything is there. */
export function useMayChange(): boolean {
  return mayChange(useOutletContext<FrameContext | null>()?.session.user ?? null);
}
