// A stripe in a member's colour beside its lines, as its card and its box have it.
import { RangeSetBuilder, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";
import type { Lines } from "../state/yaml";
import { hue } from "../ui/hue";

export const setBands = StateEffect.define<readonly Lines[]>();

export const BANDS = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(bands, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setBands)) return drawn(effect.value, transaction.state.doc);
    }
    return bands.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

interface Doc {
  readonly lines: number;
  line(number: number): { readonly from: number };
}

function drawn(bands: readonly Lines[], doc: Doc): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const ids = bands.map((_, index) => String(index));
  let next = 1;
  bands.forEach((band, index) => {
    const look = Decoration.line({ class: `band ${hue(String(index), ids)}` });
    // Members written on one line share it: the first has it.
    for (let line = Math.max(next, band.first); line <= Math.min(band.last, doc.lines); line += 1) {
      const { from } = doc.line(line);
      builder.add(from, from, look);
      next = line + 1;
    }
  });
  return builder.finish();
}
