using Fovea.Imaging;

namespace Fovea.Training.Data;

/// <summary>Counts what the check found.</summary>
internal static class SummaryBuilder
{
    private const int SizesShown = 20;

    public static DatasetSummary Build(IImageDataset dataset, Finding[] findings)
    {
        int[] perClass = new int[dataset.Classes.Count];
        long[] sums = new long[perClass.Length + 1];
        bool isOfPixels = dataset.Task.IsOfPixels, isCounted = dataset.Task.Counts is not null;
        var sizes = new Dictionary<(int Width, int Height), int>();
        var unreadable = new List<UnreadableImage>();
        var seen = new HashSet<UInt128>();
        bool isSampled = false;
        int grey = 0, alpha = 0, duplicates = 0;
        for (int i = 0; i < findings.Length; i++)
        {
            Finding finding = findings[i];
            if (finding.Reason is not null)
            {
                unreadable.Add(new UnreadableImage(i, dataset.Name(i), finding.Reason));
                continue;
            }

            if (finding.IsPassedOver)
            {
                if (isCounted)
                {
                    isSampled = true;
                }
                else
                {
                    perClass[dataset.Label(i)]++;
                }

                continue;
            }

            if (finding.Counts is { } counts)
            {
                for (int c = 0; c < counts.Length; c++)
                {
                    sums[c] += counts[c];
                    if (c < perClass.Length)
                    {
                        perClass[c] += counts[c] > 0 ? 1 : 0;
                    }
                }
            }
            else
            {
                perClass[dataset.Label(i)]++;
            }

            sizes[(finding.Width, finding.Height)] = sizes.GetValueOrDefault((finding.Width, finding.Height)) + 1;
            grey += finding.Format is PixelFormat.Grey or PixelFormat.GreyAlpha ? 1 : 0;
            alpha += finding.Format is PixelFormat.GreyAlpha or PixelFormat.Rgba ? 1 : 0;
            duplicates += seen.Add(finding.Hash) ? 0 : 1;
        }

        SizeCount[] all = [.. sizes.Select(s => new SizeCount(s.Key.Width, s.Key.Height, s.Value))];
        return new DatasetSummary
        {
            Source = dataset.Source,
            Count = dataset.Count,
            Task = dataset.Task,
            IsSampled = isSampled,
            Classes = [.. dataset.Classes.Select((name, label) => new ClassCount(name, perClass[label])
            {
                Pixels = isOfPixels ? sums[label] : null,
                Boxes = isCounted && !isOfPixels ? sums[label] : null,
            })],
            IgnoredPixels = isOfPixels ? sums[^1] : null,
            Boxes = BoxSummary.Of(findings),
            Sizes = [.. all.OrderByDescending(s => s.Count).ThenBy(s => s.Width).ThenBy(s => s.Height).Take(SizesShown)],
            Smallest = all.OrderBy(s => (long)s.Width * s.Height).ThenBy(s => s.Width).FirstOrDefault(),
            Largest = all.OrderByDescending(s => (long)s.Width * s.Height).ThenBy(s => s.Width).FirstOrDefault(),
            Grey = grey,
            Alpha = alpha,
            Duplicates = duplicates,
            Unreadable = unreadable,
            NotRead = [.. findings.Where(f => f.NotRead is not null).GroupBy(f => f.NotRead!).Select(g => new FormatCount(g.Key, g.Count()))
                .OrderByDescending(f => f.Count).ThenBy(f => f.Format, StringComparer.Ordinal)],
            TurnedAlone = [.. Enumerable.Range(0, findings.Length).Where(i => findings[i].TurnedAlone is not null).Select(i => $"{dataset.Name(i)} (orientation {(int)findings[i].TurnedAlone!})")],
            Deep = findings.Count(f => f.DeepBrightest is not null),
            DeepBrightest = findings.Max(f => f.DeepBrightest),
            Contents = [.. findings.Select(f => f.Content)],
        };
    }
}
