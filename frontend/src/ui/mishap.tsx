// What stands where a part of the page broke, instead of nothing at all.
import { Component, type ErrorInfo, type ReactNode } from "react";
import { Button } from "./button";
import { Problem } from "./pane";

interface Props {
  /** Another value, another chance: the address, say. */
  readonly place: string;
  readonly children: ReactNode;
}

interface State {
  readonly error: unknown;
  readonly place: string;
}

export class Mishap extends Component<Props, State> {
  override state: State = { error: null, place: this.props.place };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error };
  }

  static getDerivedStateFromProps(props: Props, state: State): State | null {
    return props.place === state.place ? null : { error: null, place: props.place };
  }

  override componentDidCatch(error: Error, info: ErrorInfo) {
    console.warn("A part of the page broke:", error, info.componentStack);
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className="centre">
        <h1>This part of the page did not come up</h1>
        <div className="lost">
          <Problem title={error instanceof Error ? error.message : String(error)}>
            <p>The pods go on as they are; only what shows them here has stopped.</p>
          </Problem>
        </div>
        <Button kind="main" onPress={() => location.reload()}>
          Reload the page
        </Button>
      </div>
    );
  }
}
