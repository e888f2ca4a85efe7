using System.Collections.Concurrent;
using Fovea.Attention;
using Fovea.Models;

namespace Fovea.Io;

/// <summary>Outlines of the catalogue's models, made when they are asked for and kept: names and shapes, no values.</summary>
internal static class CatalogOutlines
{
    private const int AnyClasses = 2;
    private static readonly ConcurrentDictionary<(string Model, string? Attention, string At), ModelOutline?> s_made = new();

    /// <summary>The outline of a model, with a mechanism in its slots or without; null when the mechanism does not fit it.</summary>
    public static ModelOutline? Of(string model, string? attention = null, string at = AttentionPlacement.Blocks) =>
        s_made.GetOrAdd((model, attention, at), static k => Make(k.Model, k.Attention, k.At));

    private static ModelOutline? Make(string model, string? attention, string at)
    {
        Module built;
        try
        {
            using IDisposable deferred = Initialization.Defer();
            built = ModelCatalog.Create(model, new ModelOptions
            {
                Classes = AnyClasses,
                Attention = attention is null ? null : new AttentionPlacement { Key = attention, At = at },
            });
        }
        catch (OptionException) when (attention is not null)
        {
            return null;
        }

        var outline = ModelOutline.Of(built);
        foreach (Tensor value in StateDict.Of(built).Values)
        {
            value.Dispose();
        }

        return outline;
    }
}
