import { expect, test } from "vitest";
import { Notices } from "./notice-queue";

const titles = (notices: Notices) =>
  notices.visibleToasts.map(({ content }) => (content.kind === "said" ? content.said.title : content.pod.name));

test("what is said again takes the place of what still stands there, and hides nothing of the page", () => {
  const notices = new Notices();
  notices.say({ title: "one lives 1 h longer" });
  notices.say({ title: "two is stopped" });
  notices.say({ title: "one lives 1 h longer" });
  notices.say({ title: "one lives 1 h longer" });
  expect(titles(notices).toSorted()).toEqual(["one lives 1 h longer", "two is stopped"]);
  notices.say({ title: "one was not extended", body: "its quota is full", isBad: true });
  notices.say({ title: "one was not extended", body: "it is gone", isBad: true });
  expect(titles(notices)).toHaveLength(4);
});
