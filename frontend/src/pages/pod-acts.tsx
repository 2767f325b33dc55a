// What can be done to a pod, and to each of its members: a menu each.
import { useState } from "react";
import { Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { useNavigate, useOutletContext } from "react-router";
import { freeze, restartMember, sendSignal, startPod, stopPod, thaw } from "../api/acts";
import { told } from "../api/refusal";
import { type Act, type ActKey, actsOnMember, actsOnPod, doneWords } from "../state/acts";
import type { MemberFacts, PodFacts } from "../state/pod";
import type { Obj } from "../state/read";
import { copyOf } from "../state/written";
import { Button } from "../ui/button";
import { AddDebugMember } from "./debug-member";
import type { FrameContext } from "./frame";
import { mayChange } from "./may-change";
import { useNotices } from "./notice-queue";
import { WarnOwner } from "./warn-owner";

interface MenuProps {
  /** Said after "Actions" to those who hear it. */
  readonly about: string;
  readonly acts: readonly Act[];
  readonly onAct: (key: ActKey) => void;
  readonly quiet?: boolean;
}

function ActMenu({ about, acts, onAct, quiet }: MenuProps) {
  const find = (key: string | number) => acts.find((act) => act.key === key)?.key;
  return (
    <MenuTrigger>
      <Button kind={quiet ? "quiet" : "plain"}>
        Actions<span className="unseen"> of {about}</span>
      </Button>
      <Popover className="menu-pop" placement="bottom end">
        <Menu
          className="options"
          onAction={(key) => {
            const act = find(key);
            if (act) onAct(act);
          }}
        >
          {acts.map(({ key, title, about: comes }) => (
            <MenuItem key={key} id={key} className="option act" textValue={title}>
              <span>{title}</span> {comes && <span className="hint">{comes}</span>}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

/** Sends it and says what came of it. `member` "" is the pod. */
function send(key: ActKey, pod: PodFacts, member: string): Promise<void> | null {
  switch (key) {
    case "start":
      return startPod(pod);
    case "stop":
      return stopPod(pod);
    case "freeze":
      return freeze(pod, member);
    case "thaw":
      return thaw(pod, member);
    case "restart":
      return restartMember(pod, member);
    case "debug":
    case "copy":
    case "log":
    case "warn":
      return null;
    default:
      return sendSignal(pod, member, key);
  }
}

function useSend(pod: PodFacts) {
  const notices = useNotices();
  return async (key: ActKey, member: string) => {
    try {
      await send(key, pod, member);
      notices?.say({ title: doneWords(key, member || pod.name) });
    } catch (error) {
      notices?.say({ title: `${member || pod.name}: that did not work`, body: told(error), isBad: true });
    }
  };
}

interface PodProps {
  readonly pod: PodFacts;
  /** The Pod v1 object, for a copy of it. */
  readonly object: Obj;
  readonly frozen: ReadonlySet<string>;
}

const WARN: Act = { key: "warn", title: "Warn the owner", about: "your words in the pod's events" };

export function PodActs({ pod, object, frozen }: PodProps) {
  const go = useNavigate();
  const frame = useOutletContext<FrameContext | null>();
  const isOthers = frame?.session.user?.role === "operator" && frame.session.namespace !== pod.namespace;
  const act = useSend(pod);
  const [debugs, setDebugs] = useState(false);
  const [warns, setWarns] = useState(false);
  if (!mayChange(frame?.session.user ?? null)) return null;
  const choose = (key: ActKey) => {
    if (key === "warn") setWarns(true);
    else if (key === "copy") void go("/new", { state: { manifest: copyOf(object) } });
    else if (key === "debug") setDebugs(true);
    else void act(key, "");
  };
  return (
    <>
      <ActMenu
        about={pod.name}
        acts={isOthers ? [...actsOnPod(pod, frozen), WARN] : actsOnPod(pod, frozen)}
        onAct={choose}
      />
      {debugs && <AddDebugMember pod={pod} target="" onClose={() => setDebugs(false)} />}
      {warns && <WarnOwner pod={pod} onClose={() => setWarns(false)} />}
    </>
  );
}

interface MemberProps {
  readonly pod: PodFacts;
  readonly member: MemberFacts;
  readonly frozen: ReadonlySet<string>;
  readonly onLog: (member: string) => void;
}

export function MemberActs({ pod, member, frozen, onLog }: MemberProps) {
  const act = useSend(pod);
  const [debugs, setDebugs] = useState(false);
  const choose = (key: ActKey) => {
    if (key === "log") onLog(member.name);
    else if (key === "debug") setDebugs(true);
    else void act(key, member.name);
  };
  return (
    <>
      <ActMenu quiet about={member.name} acts={actsOnMember(pod, member, frozen)} onAct={choose} />
      {debugs && (
        <AddDebugMember pod={pod} target={pod.sharesProcesses ? "" : member.name} onClose={() => setDebugs(false)} />
      )}
    </>
  );
}
