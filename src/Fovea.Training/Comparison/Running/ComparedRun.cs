using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Fovea.Training;

/// <summary>How far a run of a comparison is.</summary>
internal enum ComparedRunState
{
    /// <summary>It waits at a rung.</summary>
    Paused,

    /// <summary>It is done.</summary>
    Done,

    /// <summary>Its loss was not finite again and again.</summary>
    Diverged,
}

/// <summary>What a comparison keeps of a run, as <c>compared.json</c> in the run's folder.</summary>
internal sealed record ComparedRun
{
    private const string FileName = "compared.json";

    /// <summary>How far it is.</summary>
    public required ComparedRunState State { get; init; }

    /// <summary>Whole epochs that are done.</summary>
    public required int Epochs { get; init; }

    /// <summary>The task's score on the validation images after each of them; null where an epoch was not validated.</summary>
    public required IReadOnlyList<double?> EpochScores { get; init; }

    /// <summary>The score of the weights that it keeps, once it is done.</summary>
    public double? Score { get; init; }

    /// <summary>The numbers that the score is the mean of, image by image; null where it is no such mean.</summary>
    public IReadOnlyList<double>? Terms { get; init; }

    /// <summary>Validation images.</summary>
    public int Images { get; init; }

    /// <summary>A hash of the validation images' names, classes and pixels; empty before the run is done.</summary>
    public string ImagesHash { get; init; } = string.Empty;

    /// <summary>Seconds of training and validation.</summary>
    public double Seconds { get; init; }

    /// <summary>The best score of the first epochs; null when none of them was validated.</summary>
    public double? BestUpTo(int epochs, TaskMetric metric) =>
        EpochScores.Take(epochs).OfType<double>().Cast<double?>().Aggregate((double?)null, (best, score) => best is null || metric.IsBetter(score, best) ? score : best);

    /// <summary>What is kept of the run of a folder; null when there is nothing yet.</summary>
    /// <exception cref="DataFormatException">The file is damaged.</exception>
    public static ComparedRun? TryRead(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllText(path), ComparisonJson.Default.ComparedRun) : null;
        }
        catch (JsonException e)
        {
            throw new DataFormatException($"{path}: expected what a comparison keeps of a run; {e.Message} Remove the file to have it written anew.", e);
        }
    }

    /// <summary>Keeps it, in one step.</summary>
    public void Write(string folder) => RunFolder.Make(folder).WriteText(FileName, JsonSerializer.Serialize(this, ComparisonJson.Default.ComparedRun));

    /// <summary>What a run came to that was stopped at a rung, or is done.</summary>
    public static ComparedRun Of(TrainResult result, ComparedRunState state) => new()
    {
        State = state,
        Epochs = result.Epochs,
        EpochScores = [.. result.History.Select(r => r.Validation[result.Task.Score.Name])],
        Score = state == ComparedRunState.Done ? result.Score : null,
        Terms = state == ComparedRunState.Done ? result.Evaluation?.ScoreTerms : null,
        Images = result.Evaluation?.Images ?? 0,
        ImagesHash = state == ComparedRunState.Done ? HashOf(RunFolder.Open(result.Run)) : string.Empty,
        Seconds = result.Seconds,
    };

    private static string HashOf(RunFolder run)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (SplitEntry e in SplitRecord.TryRead(run)?.Entries.Where(e => e.Part == SplitEntry.Val) ?? [])
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{e.Image}\n{e.Class}\n{e.Content}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
