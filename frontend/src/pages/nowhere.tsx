// An address that leads to no page.
import { Link, useLocation } from "react-router";
import { visible } from "../state/text";
import { Button } from "../ui/button";
import { useShell } from "./shell";

export function NowherePage() {
  const { pathname } = useLocation();
  const shell = useShell();
  return (
    <div className="centre">
      <title>Nothing here · Pod playground</title>
      <h1>No page has this address</h1>
      <p className="mono nowhere">{visible(pathname)}</p>
      <p className="hint">A pod's page is at /pods/namespace/name.</p>
      <div className="row">
        <Link to="/" className="button button-main">
          My pods
        </Link>
        <Button onPress={() => shell.open("palette")}>Find a pod by its name</Button>
      </div>
    </div>
  );
}
