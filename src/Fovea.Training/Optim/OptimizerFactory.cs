namespace Fovea.Training;

/// <summary>Makes the optimiser that options ask for.</summary>
internal static class OptimizerFactory
{
    public static Optimizer Create(TrainOptions options, Module model)
    {
        double rate = options.LearningRate!.Value;
        IReadOnlyList<ParameterGroup> groups = LayerRates.Groups(options, model);
        return options.UpdateRule switch
        {
            OptimizerKind.Sgd => new Sgd(groups, rate, options.Momentum, options.Nesterov && options.Momentum > 0),
            _ => new Adam(groups, rate, new AdamOptions { Beta1 = options.Momentum, DecoupledDecay = options.UpdateRule == OptimizerKind.AdamW }),
        };
    }
}
