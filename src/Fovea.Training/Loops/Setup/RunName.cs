namespace Fovea.Training;

/// <summary>The name of a run that was given none: of the data, the model and the mechanism.</summary>
internal static class RunName
{
    public static string Of(TrainOptions options)
    {
        string source = options.Data is null ? "clutter" : Path.GetFileName(Path.TrimEndingDirectorySeparator(options.Data));
        string name = source.Split('.')[0] is { Length: > 0 } stem ? stem : "data";

        // "train.tar.gz" says less than the folder that it lies in.
        if (name is "train" or "training" && Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(options.Data!))) is { Length: > 0 } folder)
        {
            name = folder;
        }

        return string.Join('-', new[] { name, options.Model, options.Attention }.OfType<string>());
    }
}
