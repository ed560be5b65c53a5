"""The committee's report as documents: charts as drawings, and the Word document. Plain data in, bytes out."""
