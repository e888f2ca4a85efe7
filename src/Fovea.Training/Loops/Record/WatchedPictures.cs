using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Fovea.Imaging;
using Fovea.Imaging.Codecs.Png;
using Fovea.Imaging.Transforms;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// A few validation pictures from all over the set, kept in the run's folder from the first best weights on: whoever watches the run can see what those weights see
/// in them, wherever the data are.
/// </summary>
internal static class WatchedPictures
{
    private const int Count = 6;
    private const int ShorterSide = 512;
    private const string Folder = "samples";

    /// <summary>The list of them: file, name, and of a classification the class.</summary>
    public static string Index { get; } = Path.Combine(Folder, "watched.json");

    /// <summary>Writes them, once. Large pictures are made smaller; one that cannot be read is left out.</summary>
    /// <param name="run">The run.</param>
    /// <param name="inputs">What it trains on; without a validation nothing is written.</param>
    public static void Write(RunFolder run, TrainingInputs inputs)
    {
        if (inputs.Validation?.Dataset is not { } data || File.Exists(run.File(Index)))
        {
            return;
        }

        Directory.CreateDirectory(run.File(Folder));
        var list = new JsonArray();
        foreach (int index in Enumerable.Range(0, Math.Min(Count, data.Count)).Select(i => (int)((long)i * data.Count / Math.Min(Count, data.Count))))
        {
            if (Read(data, index) is { } picture)
            {
                string file = string.Create(CultureInfo.InvariantCulture, $"watched-{list.Count + 1:D2}.png");
                Io.AtomicFile.Write(run.File(Path.Combine(Folder, file)), PngEncoder.Encode(picture));
                list.Add((JsonNode)new JsonObject
                {
                    ["file"] = file,
                    ["name"] = data.Name(index),
                    ["class"] = inputs.Description.Task == DataTask.Classify ? data.Classes[data.Label(index)] : null,
                });
            }
        }

        Io.AtomicFile.Write(run.File(Index), Encoding.UTF8.GetBytes(list.ToJsonString()));
    }

    private static Image? Read(IImageDataset data, int index)
    {
        try
        {
            Image image = data.Get(index).Image;
            return Math.Min(image.Width, image.Height) > ShorterSide ? image.ResizeShorterSide(ShorterSide) : image;
        }
        catch (Exception e) when (e is ImageException or DataException)
        {
            return null;
        }
    }
}
