namespace Fovea.Training;

/// <summary>A layer of the network, and how a run trains it.</summary>
/// <param name="Part">The part that the layer begins with: <c>stem</c>, <c>layer1</c>, <c>blocks.3</c>, <c>head</c>.</param>
/// <param name="Parameters">Its numbers.</param>
/// <param name="LearningRateScale">What the run's learning rate is multiplied by for it.</param>
/// <param name="FrozenEpochs">For how many epochs it, or some of it, is frozen: 0 for none, the run's epochs for all.</param>
/// <param name="TrainedAtFirst">How many of its numbers are trained from the first epoch on.</param>
public sealed record TrainedPart(string Part, long Parameters, double LearningRateScale, int FrozenEpochs, long TrainedAtFirst)
{
    /// <summary>The layers of a run's network, from its input on.</summary>
    internal static IReadOnlyList<TrainedPart> Of(Module model, TrainOptions options)
    {
        var frozen = new FrozenModules(model, options.Freeze);
        return
        [
            .. NetworkLayers.Of(model).Select(layer => new TrainedPart(
                layer.Part,
                layer.Parameters.Sum(p => (long)p.Value.Elements),
                LayerRates.Scale(options, layer),
                Math.Min(options.Epochs!.Value, layer.Parameters.Max(p => frozen.EpochsOf(p.Value))),
                layer.Parameters.Where(p => frozen.EpochsOf(p.Value) == 0).Sum(p => (long)p.Value.Elements))),
        ];
    }
}
