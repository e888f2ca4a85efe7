using Fovea.Imaging.Drawing;
using Fovea.Inspect;
using Fovea.Studio.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Fovea.Studio.Endpoints;

/// <summary><c>/api/palettes</c>: the page draws in the colours of every other drawing, and has them from here.</summary>
internal static class PaletteEndpoints
{
    /// <summary>The colours.</summary>
    public static Palettes All() => new([.. Palette.Sequential.Colors.Select(Text)], [.. Palette.Diverging.Colors.Select(Text)], Text(Palette.NotANumber));

    public static void MapPalettes(this IEndpointRouteBuilder routes) => routes
        .MapGet("/api/palettes", () => TypedResults.Ok(All()))
        .WithSummary("The colours that values are drawn in.");

    private static string Text(Color color) => $"#{color.Red:x2}{color.Green:x2}{color.Blue:x2}";
}
