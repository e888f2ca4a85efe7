using System.Text;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// The run's <c>split.csv</c>: every picture by name, the part that it is in, its class and a hash of its pixels. A resumed run compares the
/// data with it, and keeps every picture in its part.
/// </summary>
internal sealed class SplitRecord
{
    private const string FileName = "split.csv";
    private readonly SplitEntry[] _entries;
    private readonly bool _isHeldOut;

    private SplitRecord(IEnumerable<SplitEntry> entries, bool isHeldOut)
    {
        _entries = [.. entries];
        _isHeldOut = isHeldOut;
    }

    /// <summary>The pictures: those that are trained on, in the order of the set, then the validation's, then those not used.</summary>
    public IReadOnlyList<SplitEntry> Entries => _entries;

    /// <summary>Records data.</summary>
    /// <param name="pair">Both parts, as they were opened.</param>
    /// <param name="report">The check of them; null before there is one: contents are then not known.</param>
    public static SplitRecord Of(DatasetPair pair, DataReport? report = null)
    {
        IEnumerable<SplitEntry> unused = pair.Unused.Select(name => new SplitEntry(SplitEntry.Unused, name, string.Empty, string.Empty));
        return new SplitRecord([.. Part(pair.Train, SplitEntry.Train, report?.Train), .. Part(pair.Val, SplitEntry.Val, report?.Val), .. unused], pair.IsHeldOut);
    }

    /// <summary>Reads the record of a run; null when it has none.</summary>
    /// <exception cref="DataException">It is damaged.</exception>
    public static SplitRecord? TryRead(RunFolder run)
    {
        string path = run.File(FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        List<(int Line, string[] Fields)> rows = CsvText.Parse(File.ReadAllBytes(path), path);
        return new SplitRecord(
            rows.Skip(1).Select(r => r.Fields is [SplitEntry.Train or SplitEntry.Val or SplitEntry.Unused, var image, var label, var content]
                ? new SplitEntry(r.Fields[0], image, label, content)
                : throw new DataException($"{path}: line {r.Line}: expected part,image,class,content with train, val or unused as the part.")),
            isHeldOut: false);
    }

    /// <summary>Writes the record of a run.</summary>
    public void Write(RunFolder run)
    {
        var text = new StringBuilder("part,image,class,content\n");
        foreach (SplitEntry e in _entries)
        {
            // A name with blanks at its ends has to be quoted, or reading would trim it.
            string image = e.Image.Trim() == e.Image && e.Image.Length > 0 ? Csv.Quote(e.Image) : $"\"{e.Image.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
            text.Append(e.Part).Append(',').Append(image).Append(',').Append(Csv.Quote(e.Class)).Append(',').Append(e.Content).Append('\n');
        }

        run.WriteText(FileName, text.ToString());
    }

    /// <summary>What is different in data that were opened now.</summary>
    /// <param name="now">Their record. Whether their validation part was held out decides if a name means the same picture in either part.</param>
    public SplitDifference Differences(SplitRecord now)
    {
        Dictionary<string, SplitEntry> old = Keyed(now._isHeldOut), present = now.Keyed(now._isHeldOut);
        return new SplitDifference(
            [.. present.Where(p => !old.ContainsKey(p.Key)).Select(p => p.Value.Image)],
            [.. old.Where(o => !present.ContainsKey(o.Key)).Select(o => o.Value.Image)],
            [.. present.Where(p => old.TryGetValue(p.Key, out SplitEntry was) && IsChanged(was, p.Value)).Select(p => p.Value.Image)],
            ClassesOf(_entries).SetEquals(ClassesOf(now._entries)) ? null : (ClassesOf(_entries), ClassesOf(now._entries)));
    }

    /// <summary>
    /// Puts the pictures of a held-out split back where they were; those that were not there before are trained on. Data with parts of their own
    /// stay as they are.
    /// </summary>
    /// <param name="whole">Both parts, with nothing left out.</param>
    public DatasetPair Arrange(DatasetPair whole)
    {
        Dictionary<string, SplitEntry> old = Keyed(whole.IsHeldOut);
        var all = new JoinedDataset(whole.Train, whole.Val);
        SplitRecord now = Of(whole);
        string[] keys = [.. Keys(now._entries, whole.IsHeldOut)];
        string PartOf(int i) => whole.IsHeldOut || now._entries[i].Part == SplitEntry.Train
            ? old.TryGetValue(keys[i], out SplitEntry was) ? was.Part : SplitEntry.Train
            : SplitEntry.Val;

        // In the order of the record, as far as it goes, so that what did not change is as it was.
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        int place = 0;
        foreach (string key in Keys(_entries, whole.IsHeldOut))
        {
            places.Add(key, place++);
        }

        int[] order = [.. Enumerable.Range(0, keys.Length).OrderBy(i => places.GetValueOrDefault(keys[i], int.MaxValue))];

        // Parts of their own stay apart: their classes may be others.
        SubsetDataset Part(string part, IImageDataset own, int start) => whole.IsHeldOut
            ? new(all, [.. order.Where(i => PartOf(i) == part)], own.Source)
            : new(own, [.. order.Where(i => PartOf(i) == part).Select(i => i - start)]);
        return whole with
        {
            Train = Part(SplitEntry.Train, whole.Train, 0),
            Val = Part(SplitEntry.Val, whole.Val, whole.Train.Count),
            Unused = [.. order.Where(i => PartOf(i) == SplitEntry.Unused).Select(all.Name)],
        };
    }

    /// <summary>Leaves validation pictures out whose pixels were trained on under another name or in the other part.</summary>
    /// <param name="before">The record of what was trained on.</param>
    /// <returns>The record without them, and the places of those that stay, within the validation part.</returns>
    public (SplitRecord Record, IReadOnlyList<int> Kept) WithoutTrained(SplitRecord before)
    {
        HashSet<string> trained = [.. before._entries.Where(e => e.Part == SplitEntry.Train && e.Content.Length > 0).Select(e => e.Content)];
        HashSet<SplitEntry> same = [.. before._entries];
        SplitEntry[] val = [.. _entries.Where(e => e.Part == SplitEntry.Val)];
        int[] kept = [.. Enumerable.Range(0, val.Length).Where(i => !trained.Contains(val[i].Content) || same.Contains(val[i]))];
        return (new SplitRecord([.. _entries.Where(e => e.Part != SplitEntry.Val), .. kept.Select(i => val[i])], _isHeldOut), kept);
    }

    private static bool IsChanged(SplitEntry was, SplitEntry now) =>
        (was.Content.Length > 0 && now.Content.Length > 0 && was.Content != now.Content)
        || (was.Part != SplitEntry.Unused && now.Part != SplitEntry.Unused && was.Class != now.Class);

    private static HashSet<string> ClassesOf(SplitEntry[] entries) =>
        [.. entries.Where(e => e.Part == SplitEntry.Train && e.Class.Length > 0).Select(e => e.Class)];

    private static IEnumerable<SplitEntry> Part(IImageDataset set, string part, DatasetSummary? summary) =>
        Enumerable.Range(0, set.Count).Select(i => new SplitEntry(
            part, set.Name(i), set.Task.HasClassEach ? set.Classes[set.Label(i)] : string.Empty, summary?.Contents[i] ?? string.Empty));

    private Dictionary<string, SplitEntry> Keyed(bool isHeldOut) =>
        Keys(_entries, isHeldOut).Zip(_entries).ToDictionary(k => k.First, k => k.Second, StringComparer.Ordinal);

    // A picture is its name; in data with parts of their own, its part and its name. A table may list a picture more than once.
    private static IEnumerable<string> Keys(SplitEntry[] entries, bool isHeldOut)
    {
        var times = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (SplitEntry e in entries)
        {
            string key = isHeldOut ? e.Image : $"{(e.Part == SplitEntry.Val ? SplitEntry.Val : SplitEntry.Train)}/{e.Image}";
            int time = times[key] = times.GetValueOrDefault(key) + 1;
            yield return time == 1 ? key : $"{key}\n{time}";
        }
    }
}
