// The site's mark: a pod, two members in it.
export function Brand() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect x="3" y="3" width="26" height="26" rx="7" className="brand-box" />
      <rect x="8" y="9" width="7" height="14" rx="2" className="brand-one" />
      <rect x="17" y="9" width="7" height="14" rx="2" className="brand-two" />
    </svg>
  );
}
