using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>The name of a run that was given none: of the data, the model and the mechanism.</summary>
internal static class RunName
{
    public static string Of(TrainOptions options) =>
        string.Join('-', new[] { DatasetFactory.NameOf(options.Data), options.Model, options.Attention }.OfType<string>());
}
