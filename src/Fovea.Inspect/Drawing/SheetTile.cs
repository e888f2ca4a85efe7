using Fovea.Imaging;

namespace Fovea.Inspect;

/// <summary>A picture on a <see cref="ContactSheet"/>.</summary>
/// <param name="Picture">An <see cref="PixelFormat.Rgb"/> picture.</param>
/// <param name="Title">The line above it, cut to what fits.</param>
/// <param name="Note">A second line, paler, cut to what fits; empty for none.</param>
/// <param name="Scale">What its colours mean, as a bar below it; null for none.</param>
public sealed record SheetTile(Image Picture, string Title, string Note = "", MapScale? Scale = null);
