// Filling the form from a starting point, pressed or named in the address: /new?start=wordpress.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useLocation, useNavigate, useSearchParams } from "react-router";
import { listPods } from "../api/client";
import { isRecord } from "../state/read";
import { newPassword, type Start, startOf } from "../state/starts";
import { ofForm, ofText } from "../state/two-ways";
import { write } from "../state/yaml";
import { useSession } from "./session";
import { isUntouched, type Making } from "./use-making";

export function useStarts(namespace: string, making: Making, forget: () => void) {
  const pods = useQuery({ queryKey: ["pods", namespace], queryFn: () => listPods(namespace) });
  const [params, setParams] = useSearchParams();
  const publishes = useSession().data?.user?.publishesPorts === true;
  const [offer, setOffer] = useState<Start | null>(null);
  const names = (pods.data ?? []).map((pod) => pod.name);
  const hostPorts = (pods.data ?? []).flatMap((pod) => pod.hostPorts.map((port) => port.hostPort));
  const start = (from: Start) => {
    forget();
    setOffer(null);
    making.replace(
      ofForm(from.make({ names, hostPorts, password: newPassword, publishes })),
      "The draft was replaced.",
    );
  };
  const wanted = startOf(params.get("start"));
  const arrive = useRef(() => {});
  arrive.current = () => {
    if (!wanted) return;
    if (isUntouched(making.draft)) start(wanted);
    else setOffer(wanted);
    setParams((last) => without(last, "start"), { replace: true });
  };
  // Without the list nobody knows which names are free; if it cannot be had, the service says so.
  const isKnown = !pods.isPending;
  useEffect(() => {
    if (wanted && isKnown) arrive.current();
  }, [wanted, isKnown]);
  useCopy(making, forget);
  return { start, offer, hostPorts, accept: () => offer && start(offer), decline: () => setOffer(null) };
}

/** A pod's page hands over the manifest of a copy: `navigate("/new", { state: { manifest } })`. It is taken once. */
function useCopy(making: Making, forget: () => void) {
  const { state } = useLocation();
  const navigate = useNavigate();
  const manifest = isRecord(state) && isRecord(state.manifest) ? state.manifest : null;
  const take = useRef(() => {});
  take.current = () => {
    if (!manifest) return;
    forget();
    making.replace(ofText(write(manifest), making.draft.form), "The draft was replaced by the copy.");
    navigate(".", { replace: true, state: null });
  };
  useEffect(() => {
    if (manifest) take.current();
  }, [manifest]);
}

function without(params: URLSearchParams, key: string): URLSearchParams {
  const left = new URLSearchParams(params);
  left.delete(key);
  return left;
}
