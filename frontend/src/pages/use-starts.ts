// Filling the form from a starting point, pressed or named in the address: /new?start=wordpress.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { listPods } from "../api/client";
import { newPassword, type Start, startOf } from "../state/starts";
import { ofForm } from "../state/two-ways";
import { isUntouched, type Making } from "./use-making";

export function useStarts(namespace: string, making: Making, forget: () => void) {
  const pods = useQuery({ queryKey: ["pods", namespace], queryFn: () => listPods(namespace) });
  const [params, setParams] = useSearchParams();
  const [offer, setOffer] = useState<Start | null>(null);
  const names = (pods.data ?? []).map((pod) => pod.name);
  const hostPorts = (pods.data ?? []).flatMap((pod) => pod.hostPorts.map((port) => port.hostPort));
  const start = (from: Start) => {
    forget();
    setOffer(null);
    making.replace(ofForm(from.make({ names, hostPorts, password: newPassword })), "The draft was replaced.");
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
  return { start, offer, hostPorts, accept: () => offer && start(offer), decline: () => setOffer(null) };
}

function without(params: URLSearchParams, key: string): URLSearchParams {
  const left = new URLSearchParams(params);
  left.delete(key);
  return left;
}
