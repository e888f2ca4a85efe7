using System.Globalization;
using Fovea.Bench.Imaging;

// Our JPEG and PNG beside other libraries' in one process: pixels against Pillow's, speed in turns, memory.
//   python3 bench/Fovea.Bench.Imaging/make_pictures.py /tmp/pictures photos/
//   dotnet run -c Release --project bench/Fovea.Bench.Imaging -- /tmp/pictures [rounds]
// Exits with 1 if a pixel of ours is not Pillow's.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["--memory", var from, var name, var library])
{
    Group group = Group.Of(Picture.Read(from)).Single(g => g.Name == name);
    string small = Path.Combine(from, $"small{Path.GetExtension(group.Pictures[0].Name)}");
    Console.WriteLine(group.Rise(File.ReadAllBytes(small), Decoder.All.Single(d => d.Name == library)));
    return 0;
}

if (args is not [var folder, .. var more] || !Directory.Exists(folder))
{
    Console.Error.WriteLine("expected the folder that make_pictures.py wrote, and perhaps a number of rounds.");
    return 2;
}

int rounds = more is [var number] ? int.Parse(number, CultureInfo.InvariantCulture) : 15;
IReadOnlyList<Group> groups = Group.Of(Picture.Read(folder));
IReadOnlyList<Decoder> decoders = Decoder.All;

Console.WriteLine("Largest difference to Pillow's pixels, of 255:\n");
bool exact = true;
Table(group =>
{
    int[] differences = [.. decoders.Select(group.Difference)];
    exact &= differences[0] == 0;
    return [.. differences.Select(d => d == int.MaxValue ? "other sides" : $"{d}")];
});

Console.WriteLine($"\nMegapixels a second, one thread, median of {rounds} rounds in turns:\n");
Dictionary<(Group, Decoder), List<double>> seconds = groups.SelectMany(g => decoders.Select(d => (g, d))).ToDictionary(k => k, _ => new List<double>());
for (int round = -2; round < rounds; round++)
{
    foreach (Group group in groups)
    {
        // Whoever comes first in one round comes last in the next but two.
        for (int i = 0; i < decoders.Count; i++)
        {
            Decoder decoder = decoders[(i + round + decoders.Count) % decoders.Count];
            double one = group.Seconds(decoder);
            if (round >= 0)
            {
                seconds[(group, decoder)].Add(one);
            }
        }
    }
}

Table(group => [.. decoders.Select(d => $"{group.Megapixels / Median(seconds[(group, d)]):0.0}")]);

Console.WriteLine("\nMB that the garbage collector is asked for in a pass / MB by which a new process grows at most:\n");
Table(group => [.. decoders.Select(d => $"{group.Allocated(d) / 1e6:0.00} / {(group.Peak(folder, d) is { } peak ? $"{peak / 1e6:0.0}" : "–")}")]);
return exact ? 0 : 1;

void Table(Func<Group, string[]> row)
{
    Console.WriteLine($"| file | {string.Join(" | ", decoders.Select(d => d.Name))} |\n|---|{string.Concat(decoders.Select(_ => "---:|"))}");
    foreach (Group group in groups)
    {
        Console.WriteLine($"| {group.Name} | {string.Join(" | ", row(group))} |");
    }
}

static double Median(List<double> values)
{
    values.Sort();
    return values[values.Count / 2];
}
