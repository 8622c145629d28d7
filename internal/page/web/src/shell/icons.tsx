// Icons are drawn here, so that the page needs no font and no request for them. Each is decoration: the button around
// it has the name.
function icon(path: React.ReactNode) {
  return function Icon(p: { size?: number }) {
    const size = p.size ?? 20;
    return (
      <svg className="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
        <g fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round">
          {path}
        </g>
      </svg>
    );
  };
}

const dot = { fill: "currentColor", stroke: "none" };

export const Hash = icon(<path d="M8 3 6.5 17M13.5 3 12 17M3.5 7.5h13.5M3 12.5h13.5" />);
export const Close = icon(<path d="m5 5 10 10M15 5 5 15" />);
export const Plus = icon(<path d="M10 4v12M4 10h12" />);
export const At = icon(<path d="M13 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0Zm0 0v1a2 2 0 0 0 4 0v-1a7 7 0 1 0-3 5.7" />);
export const Slash = icon(<path d="M3 3h14v14H3zM8.5 14l3-8" />);
export const Send = icon(<path d="M3.5 3.5 17 10 3.5 16.5 5 10ZM5 10h6" />);
export const Reply = icon(<path d="M3 4.5h14v9H9l-4 3v-3H3zM7 8h6M7 10.5h4" />);
export const Menu = icon(<path d="M3 5.5h14M3 10h14M3 14.5h14" />);
export const Bolt = icon(<path d="m11 2.5-6 9h4.5l-1 6 6-9H10Z" />);
export const Eye = icon(
  <>
    <path d="M2 10s3-5 8-5 8 5 8 5-3 5-8 5-8-5-8-5Z" />
    <circle cx="10" cy="10" r="2.25" />
  </>,
);
export const More = icon(
  <>
    <circle cx="10" cy="4.5" r="1.4" {...dot} />
    <circle cx="10" cy="10" r="1.4" {...dot} />
    <circle cx="10" cy="15.5" r="1.4" {...dot} />
  </>,
);
export const Chart = icon(<path d="M3 3v14h14M6 13l3.5-4 3 2.5L17 6" />);
export const File = icon(<path d="M5 2.5h7l4 4v11H5zM12 2.5v4h4M8 11h5M8 14h5" />);
export const Download = icon(<path d="M10 3v9m-3.5-3.5L10 12l3.5-3.5M4 16.5h12" />);
export const Down = icon(<path d="M10 4v11m-4.5-4.5L10 15l4.5-4.5" />);
export const Home = icon(<path d="M3.5 9 10 3.5 16.5 9v7.5h-4.5v-4h-4v4H3.5Z" />);
export const Rewind = icon(<path d="M4 4v4.5h4.5M4.5 8A6.5 6.5 0 1 1 3.5 11.5" />);
export const Warning = icon(<path d="M10 3 2.5 16.5h15ZM10 8v4M10 14.2v.1" />);
