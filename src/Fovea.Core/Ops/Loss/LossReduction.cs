namespace Fovea;

/// <summary>What becomes of the losses of single elements.</summary>
public enum LossReduction
{
    /// <summary>Their mean, or the weighted mean where there are weights; of nothing, 0.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>They stay apart.</summary>
    None,
}

/// <summary>The last step of every loss that is put together from other ops.</summary>
internal static class LossReductions
{
    public static Tensor Apply(Tensor losses, LossReduction reduction) => reduction switch
    {
        LossReduction.Mean when losses.Elements > 0 => losses.Mean(),
        LossReduction.Mean or LossReduction.Sum => losses.Sum(),
        _ => losses,
    };

    public static void SameShape(string operation, Tensor x, Tensor target)
    {
        if (x.Shape != target.Shape)
        {
            throw new ShapeException(operation, $"a target of the input's shape {x.Shape}", target.Shape.ToString());
        }
    }
}
