namespace FromPyTorch;

/// <summary>Looking into a model while it runs.</summary>
internal static class Hooks
{
    /// <summary>The output of a layer, and its gradient.</summary>
    /// <returns>Both.</returns>
    public static (Tensor Seen, Tensor Gradient) Look(Module model, Tensor x)
    {
        #region Hooks
        Module layer = model.NamedModules().First(m => m.Name == "conv.1").Value;
        Tensor? seen = null;
        Tensor y;
        using (layer.AfterCall((_, inputs, output) => seen = output))
        {
            y = model.Call(x);
        }

        Tensor gradient = y.Sum().Gradients([seen!])[0]!;
        #endregion
        return (seen!, gradient);
    }

    /// <summary>The model with a layer that gives nothing.</summary>
    /// <returns>Its output.</returns>
    public static Tensor Without(Module model, Module layer, Tensor x)
    {
        #region Change
        using (layer.ChangeOutput((_, inputs, output) => output * 0))
        {
            return model.Call(x);
        }
        #endregion
    }
}
