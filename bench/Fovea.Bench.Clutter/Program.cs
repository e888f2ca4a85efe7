using System.Globalization;
using Fovea.Bench.Clutter;
using Fovea.Inspect;
using Fovea.Training;

// The proof that maps point at what a network goes by, on pictures whose evidence is known:
//   dotnet run -c Release --project bench/Fovea.Bench.Clutter -- MODELS [pictures] [network…]
// MODELS/NAME/best.safetensors are judged; what is missing is trained first (minutes for convolutional networks, hours for the transformer), and a run that
// was stopped goes on. Exits with 1 when a claim does not hold of some network.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
int pictures = 200;
if (args is not [var folder, .. var rest]
    || (rest is [var first, ..] && !int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out pictures))
    || rest.Skip(1).FirstOrDefault(n => Subject.All.All(s => s.Name != n)) is not null)
{
    Console.Error.WriteLine(
        $"expected the folder of the networks, then the number of pictures (default 200) and networks of {string.Join(", ", Subject.All.Select(s => s.Name))} (default all), "
        + $"got \"{string.Join(' ', args)}\".");
    return 2;
}

string[] wanted = [.. rest.Skip(1)];
Subject.Register();
var judge = new Judge(pictures, seed: 7);
var verdicts = new List<Verdict>();
foreach (Subject subject in Subject.All.Where(s => wanted.Length == 0 || wanted.Contains(s.Name)))
{
    string run = Path.Combine(folder, subject.Name);
    string weights = Path.Combine(run, "best.safetensors");
    if (!File.Exists(Path.Combine(run, "report.html")))
    {
        TrainOptions options = Directory.Exists(Path.Combine(run, "checkpoints"))
            ? new TrainOptions { Resume = run }
            : subject.Training with { Output = folder, Name = subject.Name, ExistOk = true };
        Trainer.Train(options, new Epochs(subject.Name));
    }

    if (pictures > 0)
    {
        verdicts.Add(judge.Run(weights, subject));
        Console.WriteLine(verdicts[^1].Table());
        foreach (ReportTable table in FaithfulnessTables.Of(verdicts[^1].Report).Skip(1))
        {
            Console.WriteLine(table);
        }
    }
}

Console.WriteLine(Verdict.Summary(verdicts));
return verdicts.TrueForAll(static v => v.Holds) ? 0 : 1;
