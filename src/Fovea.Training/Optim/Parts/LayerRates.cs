namespace Fovea.Training;

/// <summary>
/// Learning rates by depth, as fine-tuning has them: the head gets the whole rate, a layer of the backbone that is d layers before it
/// <c>s · γᵈ</c> of it, with the backbone's scale s (<c>--backbone-lr-scale</c>) and the decay of layers γ (<c>--layer-decay</c>).
/// </summary>
/// <remarks>Layer-wise decay: Howard and Ruder 2018 (ULMFiT); Bao et al. 2022 (BEiT) for vision transformers. The layers are <see cref="NetworkLayers"/>'.</remarks>
internal static class LayerRates
{
    /// <summary>Whether the options ask for different rates.</summary>
    public static bool AreAsked(TrainOptions options) => options.BackboneLrScale != 1 || options.LayerDecay != 1;

    /// <summary>What a layer's rate is multiplied by.</summary>
    public static double Scale(TrainOptions options, NetworkLayer layer) =>
        layer.Distance == 0 ? 1 : options.BackboneLrScale * Math.Pow(options.LayerDecay, layer.Distance);

    /// <summary>The parameters that require a gradient, in groups of one rate and one weight decay.</summary>
    public static IReadOnlyList<ParameterGroup> Groups(TrainOptions options, Module model)
    {
        double decay = options.WeightDecay!.Value;
        return AreAsked(options)
            ? [.. NetworkLayers.Of(model).SelectMany(l => ParameterGroup.Of(l.Parameters, decay, options.DecayAll, Scale(options, l))).Where(g => g.Parameters.Count > 0)]
            : ParameterGroup.Of(model, decay, options.DecayAll);
    }
}
