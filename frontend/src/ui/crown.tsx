// The mark of a namespace's owner.
export function Crown() {
  return (
    <svg className="crown" viewBox="0 0 16 12" aria-hidden="true">
      <path d="M1 2.5 4.6 6 8 1l3.4 5L15 2.5 13.6 11H2.4Z" />
    </svg>
  );
}
