using Fovea.Layers;

namespace Fovea.Inspect;

/// <summary>Finds the layers of a model that lie on a grid over the picture, and the one that a class activation map is best made of.</summary>
public static class GridLayers
{
    private const string Subject = "layer";

    /// <summary>All of them, in the order in which they run; the model's own output is none.</summary>
    /// <param name="model">The model. It is run once, in evaluation mode.</param>
    /// <param name="images">[N, C, H, W]; the first is run.</param>
    /// <exception cref="ShapeException">The model does not take such pictures.</exception>
    public static IReadOnlyList<GridLayer> All(Module model, Tensor images)
    {
        return [.. Calls(model, images).Grids.Select(c => c.Layer!).DistinctBy(l => l.Name)];
    }

    /// <summary>
    /// The layer of a name, or the one that the field takes where none is named: of convolutional classifiers the last on a grid of more than
    /// one cell; of transformers the norm before the last attention, as what comes later reaches a class token from that token alone; where the
    /// output itself is a grid (a segmentation), the last on the coarsest grid.
    /// </summary>
    /// <param name="model">The model. It is run once, in evaluation mode.</param>
    /// <param name="images">[N, C, H, W]; the first is run.</param>
    /// <param name="name">A module's dotted name; null (the default) to have it found.</param>
    /// <exception cref="OptionException">There is no such layer, it lies on no grid, or none does.</exception>
    /// <exception cref="ShapeException">The model does not take such pictures.</exception>
    public static GridLayer Find(Module model, Tensor images, string? name = null) => Choose(Calls(model, images), name);

    /// <summary>The same among the calls of a run that was made anyway.</summary>
    internal static GridLayer Choose(LayerCalls calls, string? name)
    {
        if (name is null)
        {
            return Best(calls)?.Layer ?? throw new OptionException(Subject,
                "no layer of the model gives maps [N, C, H, W] or tokens [N, L, C] on a grid of more than one cell; there is nothing to lay over the picture.");
        }

        LayerCall? found = calls.Grids.LastOrDefault(c => c.Name == name);
        return found?.Layer ?? throw new OptionException(Subject, $"{Reason(calls, name)} {Candidates(calls, name)}");
    }

    /// <summary>Refuses what are no pictures.</summary>
    internal static void Check(Module model, Tensor images)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        if (images.Rank != 4 || images.Shape[0] == 0)
        {
            throw new ShapeException(Subject, "pictures [N, C, H, W], at least one", images.Shape.ToString());
        }
    }

    private static LayerCalls Calls(Module model, Tensor images)
    {
        Check(model, images);
        return LayerCalls.Of(model, images);
    }

    private static LayerCall? Best(LayerCalls calls)
    {
        LayerCall[] outside = [.. calls.Grids.Where(c => !c.IsInside)];
        LayerCall? last = outside.LastOrDefault();
        return last switch
        {
            null => calls.Grids.LastOrDefault(),
            { Layer.Tokens: true } => BeforeAttention(calls, last) ?? outside.LastOrDefault(c => c.Module is LayerNorm) ?? last,
            _ when calls.OutputRank != 4 => last,
            _ => outside.Last(c => Cells(c) == outside.Min(Cells)),
        };
    }

    /// <summary>
    /// Who made what the last attention over tokens reads. Where no module says that it attends (a network from a file), that is whoever made the one
    /// value of all tokens that the last matrix of tokens by tokens was computed from: its queries and its keys both come from there.
    /// </summary>
    private static LayerCall? BeforeAttention(LayerCalls calls, LayerCall last)
    {
        LayerCall? attention = calls.All.LastOrDefault(c => calls.Attending.Contains(c.Module) && c.Layer is { Tokens: true });
        if (attention is not null)
        {
            return calls.Grids.FirstOrDefault(c => c.Made == attention.Inputs[0]);
        }

        LayerCall? matrix = calls.All.LastOrDefault(c => IsMatrix(c, last.Shape[1]));
        return matrix is null ? null : calls.Narrows(matrix).FirstOrDefault(c => c.Shape == last.Shape);
    }

    private static bool IsMatrix(LayerCall call, int tokens) => call.Shape is { Rank: >= 3 } shape && shape[-1] == tokens && shape[-2] == tokens;

    private static int Cells(LayerCall call) => call.Layer!.Height * call.Layer.Width;

    private static string Reason(LayerCalls calls, string name)
    {
        LayerCall? call = calls.All.LastOrDefault(c => c.Name == name);
        return call is null ? $"there is no layer \"{name}\" that the model calls"
            : call.Layer is null ? $"\"{name}\" gives {call.Made.Shape}, which is no grid of more than one cell"
            : $"\"{name}\" gives the model's output itself";
    }

    private static string Candidates(LayerCalls calls, string name)
    {
        string[] names = [.. calls.Grids.Where(c => !c.IsInside).Select(c => c.Name).Distinct()];
        string near = Suggestion.Nearest(name, names) is { } nearest ? $"did you mean \"{nearest}\"? " : string.Empty;
        return $"— {near}layers on a grid are: {string.Join(", ", names)}.";
    }
}
