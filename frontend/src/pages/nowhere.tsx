// An address that leads to no page.
import { Link } from "react-router";

export function NowherePage() {
  return (
    <div className="centre">
      <title>Nothing here · Pod playground</title>
      <h1>Nothing is here</h1>
      <p>This address leads to no page.</p>
      <Link to="/">Back to my pods</Link>
    </div>
  );
}
